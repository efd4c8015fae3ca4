# Tells what went wrong before, or brings the copy to this version's schema: the dump may be older.
folder = ENV.fetch("COPY_FOLDER")
failures = [File.join(folder, "failure"), ENV.fetch("PREPARATION_FAILURE")].select { |file| File.exist?(file) }
advice = "Nothing of this copy was kept and nothing was rolled out. Mend the cause and run `pulumi up` again, which replaces this Job."
abort "#{failures.map { |file| File.read(file).strip }.join("\n")}\n#{advice}" unless failures.empty?

exit if system("bundle", "exec", "rake", "db:migrate")
abort "The copy is in place, but could not be migrated. Mend the cause and run `pulumi up` again, which replaces this Job."
