# frozen_string_literal: true

# Copies this version's scripts and styles into the bucket that keeps those of all versions. Written by the stack (docs/edge.md).
# Whatever is there already stays: a second run uploads nothing, and old pages find the files of their version.
require 'aws-sdk-s3'
require 'digest'
require 'rack/mime'

PUBLIC = ENV.fetch('ASSETS_FOLDER', '/opt/mastodon/public')
FOLDERS = %w[packs assets].freeze
BUCKET = ENV.fetch('ASSETS_BUCKET')

# A name with the hash of its content in it never gets another content.
HASHED = /-[A-Za-z0-9_-]{8,64}\.[a-z0-9.]+\z/
YEAR = 31_536_000

# Compressed twins are for servers that choose between them by the request, which a bucket does not.
LEFT_OUT = %w[.gz .br].freeze

# Browsers refuse scripts and styles of another type; the rest is left to Rack.
TYPES = {
  '.css' => 'text/css; charset=utf-8', '.js' => 'text/javascript; charset=utf-8', '.mjs' => 'text/javascript; charset=utf-8',
  '.json' => 'application/json', '.map' => 'application/json', '.svg' => 'image/svg+xml', '.wasm' => 'application/wasm',
  '.webmanifest' => 'application/manifest+json', '.webp' => 'image/webp', '.woff' => 'font/woff', '.woff2' => 'font/woff2'
}.freeze

# Checksums that came after S3's first ones are sent only where they must be: not every store knows them. MD5 is known everywhere.
CLIENT = Aws::S3::Client.new(
  endpoint: ENV.fetch('ASSETS_ENDPOINT'), region: ENV.fetch('ASSETS_REGION'),
  access_key_id: ENV.fetch('ASSETS_ACCESS_KEY_ID'), secret_access_key: ENV.fetch('ASSETS_SECRET_ACCESS_KEY'),
  http_open_timeout: 5, http_read_timeout: 30, retry_mode: 'standard', max_attempts: 8,
  request_checksum_calculation: 'when_required', response_checksum_validation: 'when_required'
)

def stored
  FOLDERS.each_with_object({}) do |folder, found|
    CLIENT.list_objects_v2(bucket: BUCKET, prefix: "#{folder}/").each do |page|
      page.contents.each { |object| found[object.key] = [object.size, object.etag.delete('"')] }
    end
  end
end

def local
  Dir.chdir(PUBLIC) do
    FOLDERS.flat_map { |folder| Dir.glob("#{folder}/**/*") }.select { |path| File.file?(path) }
           .reject { |path| LEFT_OUT.include?(File.extname(path)) }
  end
end

def missing?(path, found)
  size, etag = found[path]
  file = File.join(PUBLIC, path)
  size != File.size(file) || (!HASHED.match?(path) && etag != Digest::MD5.file(file).hexdigest)
end

def upload(path)
  file = File.join(PUBLIC, path)
  extension = File.extname(path)
  File.open(file, 'rb') do |body|
    CLIENT.put_object(
      bucket: BUCKET, key: path, body: body, acl: 'public-read',
      content_type: TYPES.fetch(extension) { Rack::Mime.mime_type(extension) },
      content_md5: Digest::MD5.file(file).base64digest,
      cache_control: HASHED.match?(path) ? "public, max-age=#{YEAR}, immutable" : 'public, max-age=300'
    )
  end
end

def in_parallel(items, threads)
  queue = Queue.new
  items.each { |item| queue << item }
  queue.close
  Array.new(threads) do
    Thread.new do
      while (item = queue.pop)
        yield item
      end
    end
  end.each(&:join)
end

$stdout.sync = true
paths = local
abort "assets: no scripts under #{PUBLIC}/packs; is this Mastodon's own image?" if paths.none? { |path| path.start_with?('packs/') }

before = stored
todo = paths.select { |path| missing?(path, before) }
puts "assets: #{paths.size} files, #{todo.size} of them are not in #{BUCKET} yet"
in_parallel(todo, 8) { |path| upload(path) }

after = stored
lost = paths.select { |path| missing?(path, after) }
abort "assets: #{lost.size} files are still missing in #{BUCKET}, the first is #{lost.first}" if lost.any?
puts 'assets: all there'
