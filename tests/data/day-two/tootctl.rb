#!/usr/bin/env ruby
# Stands for tootctl: writes what was asked of it into the log, and prints what the real one prints.
require "json"

path = ENV.fetch("FAKE_STATE")
state = JSON.parse(File.read(path))
(state["calls"] ||= []) << ARGV.join(" ")
failing = state.fetch("failing", []).include?(ARGV[0..3].join(" "))
if ARGV[0..1] == %w[accounts create] && !failing
  (state["accounts"] ||= {})[ARGV[2]] = { "email" => ARGV[4] }
  puts "OK", "New password: 0123456789abcdef"
end
if ARGV[0..1] == %w[search deploy] && !failing
  state["changed"] = state.fetch("changed", []) - [ARGV[3].split("_").map(&:capitalize).join]
end
File.write(path, JSON.generate(state))
warn "The following errors occured:", "    email: is invalid", "New password: leaked" if failing
exit(failing ? 1 : 0)
