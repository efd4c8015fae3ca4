# Puts the dump into the backups bucket, checks that all of it arrived, and removes the oldest dumps of earlier upgrades.
folder = ENV.fetch("DUMP_FOLDER")
advice = "No dump, so nothing was migrated and nothing rolled out: the old version goes on running. " \
         "Mend the cause and run `pulumi up` again, which replaces this Job (docs/upgrades.md)."
said = ->(name) { File.join(folder, name).then { |file| File.read(file) if File.exist?(file) } }
if (reason = said.call("skip"))
  puts reason
  exit
end
if (reason = said.call("failure"))
  abort "#{reason}#{advice}"
end

begin
  require "aws-sdk-s3"
  bucket = ENV.fetch("DUMP_BUCKET")
  # Spaces is not Amazon: checksums that Amazon's SDK adds on its own since 2025 are left out.
  client = Aws::S3::Client.new(
    region: ENV.fetch("DUMP_REGION"), endpoint: ENV.fetch("DUMP_ENDPOINT"),
    access_key_id: ENV.fetch("DUMP_ACCESS_KEY_ID"), secret_access_key: ENV.fetch("DUMP_SECRET_ACCESS_KEY"),
    request_checksum_calculation: "when_required", response_checksum_validation: "when_required", retry_limit: 5
  )
  file = File.join(folder, "database.dump")
  size = File.size(file)
  prefix = "upgrades/#{ENV.fetch('DUMP_SERVER')}/"
  key = "#{prefix}#{Time.now.utc.strftime('%Y-%m-%dT%H%MZ')}-before-#{ENV.fetch('DUMP_VERSION')}.dump"
  Aws::S3::Object.new(bucket, key, client: client).upload_file(file, content_type: "application/octet-stream")
  stored = client.head_object(bucket: bucket, key: key).content_length
  raise "#{key} has #{stored} bytes in the bucket, but #{size} were sent" unless stored == size

  puts "Stored #{size} bytes as #{key} in the bucket #{bucket}."
rescue StandardError, LoadError => e
  abort "The dump could not be stored: #{e.message.strip}\n#{advice}"
end

begin
  keep = Integer(ENV.fetch("DUMP_KEEP"))
  dumps = client.list_objects_v2(bucket: bucket, prefix: prefix).flat_map { |page| page.contents.map(&:key) }
  # Their names begin with the time, so they sort by age.
  dumps.select { |name| name.end_with?(".dump") }.sort[0...-keep].each do |old|
    client.delete_object(bucket: bucket, key: old)
    puts "Removed #{old}."
  end
rescue StandardError => e
  puts "Older dumps could not be removed: #{e.message.strip}"
end
