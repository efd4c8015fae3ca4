# Stands in for the gem aws-sdk-s3: a bucket in the folder FAKE_BUCKET. What is uploaded is written to FAKE_LOG, a line of JSON each.
require "digest"
require "fileutils"
require "json"

module Aws
  module S3
    Entry = Struct.new(:key, :size, :etag)
    Page = Struct.new(:contents)

    class Client
      def initialize(**options)
        raise "no endpoint" unless options.fetch(:endpoint).start_with?("https://")
        raise "checksums that Spaces may not know" unless options.fetch(:request_checksum_calculation) == "when_required"
        raise "no retries" unless options.fetch(:max_attempts) > 1

        @lock = Mutex.new
        @together = ConditionVariable.new
        @waiting = 0
      end

      # One key a page, so that paging is needed.
      def list_objects_v2(bucket:, prefix:)
        root = File.join(ENV.fetch("FAKE_BUCKET"), bucket)
        keys = Dir.glob("**/*", base: root).select { |key| File.file?(File.join(root, key)) && key.start_with?(prefix) }
        keys.map do |key|
          file = File.join(root, key)
          Page.new([Entry.new(key, File.size(file), "\"#{Digest::MD5.file(file).hexdigest}\"")])
        end
      end

      def put_object(bucket:, key:, body:, **options)
        wait_for_others if ENV["FAKE_TOGETHER"]
        raise "503 Slow Down" if ENV["FAKE_REFUSES"] == key
        return if ENV["FAKE_LOSES"] == key

        bytes = body.read
        raise "#{key} arrived broken" unless Digest::MD5.base64digest(bytes) == options.fetch(:content_md5)

        file = File.join(ENV.fetch("FAKE_BUCKET"), bucket, key)
        FileUtils.mkdir_p(File.dirname(file))
        File.binwrite(file, bytes)
        line = JSON.generate(options.except(:content_md5).merge(key: key))
        @lock.synchronize { File.write(ENV.fetch("FAKE_LOG"), "#{line}\n", mode: "a") }
      end

      private

      # Until so many uploads are under way at once, or for ever.
      def wait_for_others
        @lock.synchronize do
          @waiting += 1
          @together.broadcast
          @together.wait(@lock) until @waiting >= Integer(ENV.fetch("FAKE_TOGETHER"))
        end
      end
    end
  end
end
