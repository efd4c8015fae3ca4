// Progress of a step that takes minutes: a line when it starts, one now and then, and one at its end.

/** Takes one line of progress. */
export type Report = (line: string) => void;

const every = 20_000; // often enough to see that it lives, seldom enough for a log file

/** Minutes and seconds, for example `2:07`. */
function elapsed(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/**
 * Runs `work` and reports on it under `title`.
 * `work` may say what it is at; the newest such text is repeated in the lines between.
 */
export async function withProgress<T>(
  title: string,
  report: Report,
  work: (now: (text: string) => void) => Promise<T>,
): Promise<T> {
  const start = Date.now();
  let text = "working";
  let announced = "";
  const say = (what: string) => report(`${title}: ${what} (${elapsed(Date.now() - start)})`);
  const timer = setInterval(() => say(text), every);
  try {
    const result = await work((now) => {
      text = now;
      const stage = now.replace(/\d+/g, ""); // a count that moves is no new stage
      if (stage !== announced) say(now);
      announced = stage;
    });
    say("ready");
    return result;
  } finally {
    clearInterval(timer);
  }
}
