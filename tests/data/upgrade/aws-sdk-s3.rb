# Stands in for the gem aws-sdk-s3: a bucket in the folder FAKE_BUCKET.
require "fileutils"

module Aws
  module S3
    Entry = Struct.new(:key)
    Page = Struct.new(:contents)
    Head = Struct.new(:content_length)

    class Client
      def initialize(**options)
        raise "no endpoint" unless options.fetch(:endpoint).start_with?("https://")
        raise "checksums that Spaces may not know" unless options.fetch(:request_checksum_calculation) == "when_required"
      end

      def path(key) = File.join(ENV.fetch("FAKE_BUCKET"), key)

      def head_object(bucket:, key:)
        Head.new(File.size(path(key)) - Integer(ENV.fetch("FAKE_LOSS", "0")))
      end

      # One key a page, so that paging is needed.
      def list_objects_v2(bucket:, prefix:)
        raise "listing is forbidden" if ENV["FAKE_NO_LIST"]

        root = ENV.fetch("FAKE_BUCKET")
        keys = Dir.glob("**/*", base: root).select { |key| File.file?(File.join(root, key)) && key.start_with?(prefix) }
        keys.sort.reverse.map { |key| Page.new([Entry.new(key)]) }
      end

      def delete_object(bucket:, key:) = FileUtils.rm(path(key))
    end

    class Object
      def initialize(_bucket, key, client:) = (@key, @client = key, client)

      def upload_file(file, **)
        raise "503 Slow Down" if ENV["FAKE_REFUSES"]

        FileUtils.mkdir_p(File.dirname(@client.path(@key)))
        FileUtils.cp(file, @client.path(@key))
      end
    end
  end
end
