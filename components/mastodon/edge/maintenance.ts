// The page that people see while no web pod answers.

export const maintenanceFile = "maintenance.html";

/** Stands alone: it is shown exactly when nothing else can be loaded. */
export function maintenancePage(domain: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${domain} is being looked after</title>
<style>body{font:18px/1.5 system-ui,sans-serif;max-width:34em;margin:15vh auto;padding:0 1em;color:#282c37}</style>
</head>
<body>
<h1>${domain} is being looked after</h1>
<p>The server cannot answer at the moment. Nothing is lost: posts from elsewhere are delivered again later.</p>
<p>Please try again in a minute.</p>
</body>
</html>
`;
}
