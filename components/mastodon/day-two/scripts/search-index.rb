# Builds the search indices that are missing or have another shape than this version wants, and those that an earlier run left unfinished.
# Without this look, `tootctl search deploy` would import everything again with each release, which takes days on a large server.

$stdout.sync = true

# Indices whose import began and did not end. In Valkey, because the index itself looks finished from its first record on.
unfinished = "stack:search-index:unfinished"

names = %w[instances accounts tags public_statuses statuses]
redis = Redis.new(url: ENV.fetch("REDIS_URL"))

wanted = names.select { |name| "#{name.camelize}Index".constantize.specification.changed? }
wanted |= redis.smembers(unfinished) & names
redis.sadd(unfinished, wanted) unless wanted.empty?

# The smallest first, as tootctl does, so that they are there sooner.
names.intersection(wanted).each do |name|
  puts "building the index #{name}"
  system("bin/tootctl", "search", "deploy", "--only", name, "--concurrency", ENV.fetch("CONCURRENCY"), exception: true)
  redis.srem(unfinished, [name])
end

puts wanted.empty? ? "all indices are there" : "built #{wanted.join(', ')}"
