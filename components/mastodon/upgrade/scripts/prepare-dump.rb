# Decides whether there is anything to dump: not on an empty database, and not where no migration is pending.
# Leaves its answer in the folder that the next containers read: `skip`, `failure`, or nothing, which means that a dump is needed.
folder = ENV.fetch("DUMP_FOLDER")
image = ENV.fetch("MASTODON_FOLDER", "/opt/mastodon")

def mebibytes(database, query)
  database.exec(query).getvalue(0, 0).to_i / 1_048_576
end

begin
  database = connect
  if empty?(database)
    File.write(File.join(folder, "skip"), "The database is empty: there is nothing to dump.\n")
  else
    done = database.exec("SELECT version FROM schema_migrations").column_values(0)
    known = Dir.glob(File.join(image, "db/{migrate,post_migrate}/*.rb")).map { |file| File.basename(file)[/\A\d+/] }.compact
    raise "no migrations were found in #{image}/db of the image" if known.empty?

    pending = known - done
    if pending.empty?
      File.write(File.join(folder, "skip"), "No migration is pending: no dump is needed.\n")
    else
      whole = mebibytes(database, "SELECT pg_database_size(current_database())")
      tables = mebibytes(database, "SELECT coalesce(sum(pg_table_size(oid)), 0) FROM pg_class WHERE relkind IN ('r', 'm')")
      puts "Pending migrations: #{pending.size}. The database takes #{whole} MiB, #{tables} MiB of them without indexes; " \
           "a compressed dump may take #{ENV.fetch('DUMP_MIB')} MiB."
    end
  end
rescue StandardError => e
  # The engine shows the log of a pod's main container only, so that one tells what went wrong here.
  File.write(File.join(folder, "failure"), "The database could not be looked at: #{e.message.strip}\n")
end
