export function greeting(date) {
  return date.getHours() < 12 ? "Good morning" : "Good day";
}
