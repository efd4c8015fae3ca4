// What the command `npm run restore` tells about itself.

export const help = `Brings a stack back. Without --apply it only shows the plan: steps, commands, times, and what would be lost.

  npm run -s restore -- <stack>                                    the database from the newest backup, into a new cluster
  npm run -s restore -- <stack> --at 2026-11-23T15:00:00Z          from the platform's own copies, up to 7 days back
  npm run -s restore -- <stack> --backup 20261123T155000Z          from that backup
  npm run -s restore -- <stack> --region nyc1                      everything of a lost region in another one
  npm run -s restore -- <stack> --media-key media_attachments/…    one deleted or overwritten picture

  --from WHERE       point-in-time, backups (in the backups bucket), offsite (at Amazon), or a folder with a / in its name that holds a backup's
                     files, for example from Kansas City
  --only PARTS       of secrets, database, media, dns, with commas (database; with --region database,dns)
  --identity FILE    private age key: for backups and for the escrow bundle. It is in the cluster for as long as the restore runs
  --apply            does it, after asking. Interrupted, the same command goes on where it ended
  --yes              asks nothing
  --abandon          forgets a restore that was begun
  --folder FOLDER    where its journal and the state of before are kept (.restore/<stack>)
  --settings FILE --stack NAME    instead of the stack's name

The old database is neither written to nor deleted, and a database that is not empty is refused. It needs what \`pulumi up\` needs.
Which loss wants which command: docs/recovery.md.`;
