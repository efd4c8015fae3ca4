# Stands in for Amazon's S3 client: a bucket whose objects are the files of a folder, the newest last by the time of the file.
module Aws
  module S3
    Found = Struct.new(:key, :size, :last_modified)
    Page = Struct.new(:contents)

    class Client
      def initialize(**_options) = @folder = ENV.fetch("FAKE_BUCKET")

      def list_objects_v2(bucket:, prefix:)
        raise "The specified bucket does not exist: #{bucket}" unless bucket == "original-backups"

        files = Dir.glob("#{prefix}**/*", base: @folder).select { |key| File.file?(File.join(@folder, key)) }
        [Page.new(files.map { |key| Found.new(key, File.size(File.join(@folder, key)), File.mtime(File.join(@folder, key))) })]
      end

      def get_object(bucket:, key:, response_target:)
        File.binwrite(response_target, File.binread(File.join(@folder, key)))
      end
    end
  end
end
