# Stands in for a part of the gem rack.
module Rack
  module Mime
    def self.mime_type(extension) = { ".png" => "image/png" }.fetch(extension, "application/octet-stream")
  end
end
