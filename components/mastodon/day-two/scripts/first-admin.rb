# Makes sure that the server has the owner whom the settings name. `rails runner` runs it; a second run finds nothing left to do.
require "open3"

$stdout.sync = true

username = ENV.fetch("ADMIN_USERNAME")
email = ENV.fetch("ADMIN_EMAIL")

# Keeps to itself what tootctl writes when it succeeds: the password that it makes up, which nobody shall know.
tootctl = lambda do |*words|
  output, status = Open3.capture2e("bin/tootctl", *words)
  next if status.success?

  warn output.lines.grep_v(/password/i).join
  abort "tootctl #{words.first(2).join(' ')} failed; nothing was given to anybody"
end

account = Account.find_local(username)
if account.nil?
  tootctl.call("accounts", "create", username, "--email", email, "--confirmed", "--approve", "--role", "Owner")
else
  # Somebody else may have signed up with that name, and must not become the owner.
  unless account.user&.email&.casecmp?(email)
    abort "the account #{username} exists, but with another mail address than dayTwo.admin.email; nothing was changed"
  end
  tootctl.call("accounts", "modify", username, "--role", "Owner", "--confirm", "--approve")
end

user = Account.find_local(username).user
if user.current_sign_in_at.nil? && user.reset_password_sent_at.nil?
  user.send_reset_password_instructions
  puts "#{username} is the owner; a mail tells how to set a password"
else
  puts "#{username} is the owner"
end
