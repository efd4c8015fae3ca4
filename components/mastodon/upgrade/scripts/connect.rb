# Connects to the database with Mastodon's variables where they are set, else with libpq's own.
# A new pod's network policies take some seconds to be in force, so a refused connection is tried again for a minute.
require "pg"

def connect(wait: Integer(ENV.fetch("CONNECT_WAIT", "3")))
  names = { host: "HOST", port: "PORT", dbname: "NAME", user: "USER", password: "PASS", sslmode: "SSLMODE" }
  options = ENV.key?("DB_HOST") ? names.transform_values { |name| ENV.fetch("DB_#{name}") } : {}
  attempts = 20
  begin
    PG.connect(**options)
  rescue PG::ConnectionBad
    attempts -= 1
    raise if attempts.zero?

    sleep wait
    retry
  end
end

# Schema load writes the table of migrations last, so a load that was cut off counts as empty and is begun anew.
def empty?(database)
  database.exec("SELECT to_regclass('public.schema_migrations') IS NULL").getvalue(0, 0) == "t"
end
