// The times of a timer on the host: a cron schedule, as all backups have, in the notation of systemd.

interface Field {
  readonly first: number;
  readonly last: number;
  /** Names that cron takes in place of numbers, from the first on. */
  readonly names?: readonly string[];
}

const minutes: Field = { first: 0, last: 59 };
const hours: Field = { first: 0, last: 23 };
const days: Field = { first: 1, last: 31 };
const months: Field = {
  first: 1,
  last: 12,
  names: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const weekdays: Field = { first: 0, last: 6, names: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

/** As systemd.time(7) writes them, from Sunday on. */
const dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;

/**
 * `OnCalendar=` of systemd.time(7).
 * @param schedule checked by `scheduleSchema`: minute, hour, day, month, weekday
 * @returns undefined where both days are restricted: systemd then means both, Kubernetes either or both, as it is written
 */
export function calendarOf(schedule: string): string | undefined {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = schedule.split(" ");
  if (day !== "*" && weekday !== "*") return undefined;
  const week =
    weekday === "*"
      ? ""
      : `${expanded(weekday, weekdays)
          .map((one) => dayNames[one])
          .join()} `;
  return `${week}*-${written(month, months)}-${written(day, days)} ${written(hour, hours)}:${written(minute, minutes)}:00 UTC`;
}

/** As a list: the two notations mean different things by a step. */
function written(text: string, field: Field): string {
  if (text === "*") return "*";
  return expanded(text, field)
    .map((value) => String(value).padStart(2, "0"))
    .join();
}

function expanded(text: string, field: Field): number[] {
  const values = text.split(",").flatMap((part) => {
    const [range = "*", step] = part.split("/");
    const [from = "*", to] = range.split("-");
    const first = from === "*" ? field.first : numberOf(from, field);
    const single = from === "*" ? field.last : first;
    const last = to === undefined ? single : numberOf(to, field);
    const width = Number(step ?? 1);
    return Array.from({ length: Math.floor((last - first) / width) + 1 }, (_, index) => first + index * width);
  });
  return [...new Set(values)].toSorted((one, other) => one - other);
}

function numberOf(text: string, { first, names = [] }: Field): number {
  const named = names.indexOf(text);
  return named === -1 ? Number(text) : first + named;
}
