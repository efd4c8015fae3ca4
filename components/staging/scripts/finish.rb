# Tells what went wrong before, or brings a new copy to this version's schema: its dump may be older. It does so itself, because the
# migration of a version runs once, and the next copy comes after it.
require "pg"
folder = ENV.fetch("COPY_FOLDER")
name = ENV.fetch("COPY_NAME")
advice = "Mend the cause and run `pulumi up` again, which replaces this Job."
failures = [File.join(folder, "failure"), ENV.fetch("PREPARATION_FAILURE")].select { |file| File.exist?(file) }
unless failures.empty?
  abort "#{failures.map { |file| File.read(file).strip }.join("\n")}\nNothing of this copy was kept and nothing was rolled out. #{advice}"
end

mark = "SELECT FROM ar_internal_metadata WHERE key = 'staging_migrated' AND value = $1"
if PG.connect.exec_params(mark, [name]).ntuples.positive?
  puts "Nothing to do."
  exit
end

abort "The copy is in place, but could not be migrated. #{advice}" unless system("bundle", "exec", "rake", "db:migrate")
PG.connect.exec_params(
  "INSERT INTO ar_internal_metadata (key, value, created_at, updated_at) VALUES ('staging_migrated', $1, now(), now()) " \
  "ON CONFLICT (key) DO UPDATE SET value = excluded.value", [name]
)
puts "Done."
