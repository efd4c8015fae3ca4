# Looks whether this copy is there already, else fetches the wanted dump of the production server into the scratch folder. Reads from the
# bucket, and never writes to it. Whatever fails is told by the pod's main container: the engine shows the log of that one only.
folder = ENV.fetch("COPY_FOLDER")

# A new pod's network policies take some seconds to be in force, so a refused connection is tried again for a minute.
def connect(attempts: 20, wait: Integer(ENV.fetch("CONNECT_WAIT", "3")))
  PG.connect
rescue PG::ConnectionBad
  attempts -= 1
  raise if attempts.zero?

  sleep wait
  retry
end

def copied?(name)
  database = connect
  return false if database.exec("SELECT to_regclass('public.ar_internal_metadata') IS NULL").getvalue(0, 0) == "t"

  database.exec_params("SELECT FROM ar_internal_metadata WHERE key = 'staging_copy' AND value = $1", [name]).ntuples.positive?
ensure
  database&.close
end

def newest_dump(client, bucket, prefix, wanted)
  dumps = client.list_objects_v2(bucket: bucket, prefix: prefix).flat_map { |page| page.contents.to_a }
  dumps = dumps.select { |object| object.key.end_with?(".dump") }
  dumps = dumps.select { |object| [object.key, object.key.delete_prefix(prefix)].include?(wanted) } unless wanted == "newest"
  dumps.max_by(&:last_modified) or raise "the bucket #{bucket} has no such dump under #{prefix}: #{wanted}"
end

begin
  require "pg"
  if copied?(ENV.fetch("COPY_NAME"))
    File.write(File.join(folder, "copied"), "")
    puts "The copy #{ENV.fetch('COPY_NAME')} is there already."
    exit
  end

  require "aws-sdk-s3"
  client = Aws::S3::Client.new(
    region: ENV.fetch("SOURCE_REGION"), endpoint: ENV.fetch("SOURCE_ENDPOINT"),
    access_key_id: ENV.fetch("SOURCE_ACCESS_KEY_ID"), secret_access_key: ENV.fetch("SOURCE_SECRET_ACCESS_KEY"),
    response_checksum_validation: "when_required", retry_limit: 5
  )
  bucket = ENV.fetch("SOURCE_BUCKET")
  dump = newest_dump(client, bucket, ENV.fetch("SOURCE_PREFIX"), ENV.fetch("SOURCE_DUMP"))
  room = Integer(ENV.fetch("COPY_MIB"))
  raise "#{dump.key} has #{dump.size / 1_048_576} MiB; set mastodon.staging.scratch to more than that" if dump.size > room * 1_048_576

  file = File.join(folder, "production.dump")
  client.get_object(bucket: bucket, key: dump.key, response_target: file)
  raise "#{dump.key} has #{dump.size} bytes, but #{File.size(file)} came" unless File.size(file) == dump.size

  puts "Fetched #{dump.key}, #{dump.size} bytes."
rescue StandardError, LoadError => e
  File.write(File.join(folder, "failure"), "The dump could not be fetched: #{e.message.strip}\n")
end
