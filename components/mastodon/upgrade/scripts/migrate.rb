# Migrates the database. It looks at the database itself, so that one Job does right on the first install and on each upgrade after it:
# an empty database gets schema and seeds, any other the migrations that the old version can live with, and after the roll the rest.
after = ENV.fetch("MIGRATION") == "after"

def rake(task, environment = {})
  puts "Running #{task}#{environment.map { |name, value| " with #{name}=#{value}" }.join}"
  $stdout.flush
  system(environment, "bundle", "exec", "rake", task)
end

# Whether there are migrations for after the roll that were not run.
def waiting?(database)
  image = ENV.fetch("MASTODON_FOLDER", "/opt/mastodon")
  done = database.exec("SELECT version FROM schema_migrations").column_values(0)
  Dir.children(File.join(image, "db/post_migrate")).any? { |file| file.end_with?(".rb") && !done.include?(file[/\A\d+/]) }
end

def advice(after, first)
  return "Nothing was started. Mend the cause and run `pulumi up` again, which replaces this Job." if first
  return "The new version runs already; only its last migrations are missing. Mend the cause and run `pulumi up` again, which replaces this Job." if after

  "The migration failed, so nothing was rolled out: the old version goes on running. Mend the cause and run `pulumi up` again, which " \
    "replaces this Job, or set mastodon.version back (docs/upgrades.md)."
end

begin
  failure = ENV.fetch("PREPARATION_FAILURE")
  raise File.read(failure).strip if File.exist?(failure)

  database = connect
  first = empty?(database)
  draining = after && !first && waiting?(database)
  database.close
rescue StandardError => e
  abort "The database could not be prepared: #{e.message.strip}\n#{advice(after, false)}"
end

if draining
  seconds = Integer(ENV.fetch("DRAIN_SECONDS"))
  puts "Waiting #{seconds} seconds for the last pods of the old version, which may still read what these migrations remove."
  $stdout.flush
  sleep seconds
end

done = if first then rake("db:prepare")
       # `db:migrate` would seed nothing, and with the variable it refuses an empty database.
       elsif after then rake("db:migrate")
       else rake("db:migrate", "SKIP_POST_DEPLOYMENT_MIGRATIONS" => "true")
       end
abort advice(after, first) unless done

unless first
  # A first install that was cut off between schema and seeds: no server lives without roles.
  database = connect
  unseeded = database.exec("SELECT NOT EXISTS (SELECT 1 FROM user_roles)").getvalue(0, 0) == "t"
  database.close
  abort advice(after, first) if unseeded && !rake("db:seed")
end
puts "Done."
