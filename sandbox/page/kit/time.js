/**
 * Times as Slack words them, in the reader's own time zone.
 * A message's `ts` ("1700000000.000100") is seconds since 1970 before the dot.
 */

const DAY = 86_400_000;
const TOKENS = /\{(date_num|date_short_pretty|date_long_pretty|date_short|date_long|date_pretty|date|time_secs|time|ago|day_divider_pretty)\}/g;

/** @param {string} ts @returns {Date} */
export function dateOf(ts) {
  return new Date(Number.parseFloat(ts) * 1000);
}

/** Made once: making one takes longer than drawing a message. The clock is the reader's, the words are the page's. */
const CLOCK = new Intl.DateTimeFormat([], { hour: 'numeric', minute: '2-digit' });
const CLOCK_SECONDS = new Intl.DateTimeFormat([], { hour: 'numeric', minute: '2-digit', second: '2-digit' });
const FULL = new Intl.DateTimeFormat([], { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit', second: '2-digit' });
const MONTH = new Intl.DateTimeFormat('en', { month: 'long' });
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long' });
const SHORT_DAY = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', year: 'numeric' });

const clock = (date, seconds) => (seconds ? CLOCK_SECONDS : CLOCK).format(date);

/** 14:05 or 2:05 PM, as the reader's browser has it. */
export function clockTime(date) {
  return clock(date, false);
}

/** Whole days from `date` to `now` by the calendar: 0 today, 1 yesterday, -1 tomorrow. */
export function daysAgo(date, now = new Date()) {
  const midnight = (day) => new Date(day.getFullYear(), day.getMonth(), day.getDate());
  return Math.round((midnight(now) - midnight(date)) / DAY);
}

/** "Today", "Yesterday", "Tomorrow", else null. */
function nearDay(date, now) {
  return { 0: 'Today', 1: 'Yesterday', '-1': 'Tomorrow' }[daysAgo(date, now)] ?? null;
}

/** The words of a day divider: "Today", "Yesterday", "Monday, February 3rd". */
export function dayLabel(date, now = new Date()) {
  return nearDay(date, now) ?? longDay(date, now, true);
}

function longDay(date, now, weekday) {
  const month = MONTH.format(date);
  const year = date.getFullYear() === now.getFullYear() ? '' : `, ${date.getFullYear()}`;
  const day = `${month} ${ordinal(date.getDate())}${year}`;
  return weekday ? `${WEEKDAY.format(date)}, ${day}` : day;
}

/** Full time for tooltips and screen readers. */
export function fullTime(date) {
  return FULL.format(date);
}

/** "now", "5 minutes ago", "in 2 hours". */
export function ago(date, now = new Date()) {
  const seconds = Math.round((now - date) / 1000);
  const size = Math.abs(seconds);
  if (size < 45) return 'just now';
  const [count, unit] = size < 3600 ? [size / 60, 'minute'] : size < 86400 ? [size / 3600, 'hour'] : [size / 86400, 'day'];
  const whole = Math.max(1, Math.round(count));
  const words = `${whole} ${unit}${whole === 1 ? '' : 's'}`;
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

/**
 * Fill a date format string: `<!date^…>` and rich text dates share it.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function formatDate(seconds, format, now = new Date()) {
  const date = new Date(seconds * 1000);
  return format.replace(TOKENS, (_all, token) => dateToken(token, date, now));
}

function dateToken(token, date, now) {
  const two = (n) => String(n).padStart(2, '0');
  const plain = {
    date_num: () => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    date: () => longDay(date, { getFullYear: () => Number.NaN }, false),
    date_short: () => SHORT_DAY.format(date),
    date_long: () => longDay(date, { getFullYear: () => Number.NaN }, true),
    time: () => clock(date, false),
    time_secs: () => clock(date, true),
    ago: () => ago(date, now),
    day_divider_pretty: () => dayLabel(date, now),
  };
  if (plain[token]) return plain[token]();
  const base = token.replace('_pretty', '');
  return nearDay(date, now)?.toLowerCase() ?? plain[base]();
}

function ordinal(n) {
  const tens = n % 100;
  const suffix = tens >= 11 && tens <= 13 ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[n % 10] ?? 'th');
  return `${n}${suffix}`;
}
