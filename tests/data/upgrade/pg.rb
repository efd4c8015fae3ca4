# Stands in for the gem pg: answers what the upgrade's scripts ask, from the JSON in FAKE_DATABASE.
require "json"

module PG
  class ConnectionBad < StandardError; end

  Result = Struct.new(:values) do
    def getvalue(row, column) = values[row][column]
    def column_values(column) = values.map { |row| row[column] }
  end

  class Database
    def initialize(facts) = @facts = facts
    def close; end
    def quote_ident(name) = %("#{name}")

    def exec(query)
      case query
      when /to_regclass/ then one(@facts["empty"] ? "t" : "f")
      when /FROM schema_migrations/ then Result.new(@facts.fetch("done", []).map { |version| [version] })
      when /pg_database_size/ then one("209715200")
      when /pg_table_size/ then one("104857600")
      when /\A(GRANT|ALTER ROLE) / then File.write(ENV.fetch("FAKE_SAID"), "#{query}\n", mode: "a")
      when /user_roles/ then one(@facts["unseeded"] ? "t" : "f")
      else raise "nobody expected the query #{query}"
      end
    end

    private

    def one(value) = Result.new([[value]])
  end

  @refused = 0

  def self.connect(**options)
    facts = JSON.parse(ENV.fetch("FAKE_DATABASE"))
    warn "connecting as #{options[:user]}" unless options.empty?
    raise "lost in thought" if facts["broken"]
    raise ConnectionBad, "connection refused" if (@refused += 1) <= facts.fetch("refusals", 0)

    Database.new(facts)
  end
end
