# Fetches the wanted dump of the production server into the scratch folder. Reads from the bucket, and never writes to it.
# Whatever fails is told by the pod's main container: the engine shows the log of that one only.
folder = ENV.fetch("COPY_FOLDER")

begin
  require "aws-sdk-s3"
  bucket = ENV.fetch("SOURCE_BUCKET")
  prefix = ENV.fetch("SOURCE_PREFIX")
  wanted = ENV.fetch("SOURCE_DUMP")
  client = Aws::S3::Client.new(
    region: ENV.fetch("SOURCE_REGION"), endpoint: ENV.fetch("SOURCE_ENDPOINT"),
    access_key_id: ENV.fetch("SOURCE_ACCESS_KEY_ID"), secret_access_key: ENV.fetch("SOURCE_SECRET_ACCESS_KEY"),
    response_checksum_validation: "when_required", retry_limit: 5
  )
  dumps = client.list_objects_v2(bucket: bucket, prefix: prefix).flat_map { |page| page.contents.to_a }
  dumps = dumps.select { |object| object.key.end_with?(".dump") }
  dumps = dumps.select { |object| [object.key, object.key.delete_prefix(prefix)].include?(wanted) } unless wanted == "newest"
  newest = dumps.max_by(&:last_modified)
  raise "the bucket #{bucket} has no dump #{wanted} under #{prefix}" if newest.nil?

  room = Integer(ENV.fetch("COPY_MIB")) * 1_048_576
  raise "#{newest.key} has #{newest.size} bytes, but mastodon:staging.scratch allows #{room}" if newest.size > room

  file = File.join(folder, "production.dump")
  File.open(file, "wb", 0o600) { |target| client.get_object(bucket: bucket, key: newest.key, response_target: target) }
  raise "#{newest.key} has #{newest.size} bytes, but #{File.size(file)} came" unless File.size(file) == newest.size

  puts "Fetched #{newest.key}, #{newest.size} bytes."
rescue StandardError, LoadError => e
  File.write(File.join(folder, "failure"), "The dump could not be fetched: #{e.message.strip}\n")
end
