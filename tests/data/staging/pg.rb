# Stands in for Ruby's PostgreSQL client: a database that holds the marks which a file lists, one `key=value` a line.
module PG
  class ConnectionBad < StandardError; end

  class Answer
    def initialize(rows) = @rows = rows
    def ntuples = @rows.size
    def getvalue(row, column) = @rows.fetch(row).fetch(column)
  end

  class Connection
    def exec(_query) = Answer.new([[File.exist?(ENV.fetch("FAKE_MARKS")) ? "f" : "t"]])

    def exec_params(query, values)
      file = ENV.fetch("FAKE_MARKS")
      key = query[/staging_\w+/]
      return File.write(file, "#{key}=#{values.first}\n", mode: "a") if query.start_with?("INSERT")

      Answer.new(File.readlines(file, chomp: true).select { |line| line == "#{key}=#{values.first}" })
    end

    def close = nil
  end

  def self.connect = Connection.new
end
