# Runs statements as the database's administrator and as the application's user.
# A new pod's network policies take some seconds to be in force, so a refused connection is tried again for a minute.
require "json"
require "pg"

def connect(**options)
  attempts = 20
  begin
    PG.connect(**options)
  rescue PG::ConnectionBad
    attempts -= 1
    raise if attempts.zero?

    sleep 3
    retry
  end
end

def run(database, statements)
  JSON.parse(statements).each { |statement| database.exec(statement) }
ensure
  database.close
end

run(connect, ENV.fetch("ADMIN_STATEMENTS"))
application = { user: ENV.fetch("APPLICATION_USER"), password: ENV.fetch("APPLICATION_PASSWORD") }
run(connect(**application), ENV.fetch("APPLICATION_STATEMENTS"))
