export interface Quote {
  text: string;
  by: string;
}

const quotes: Quote[] = [
  { text: "Programs must be written for people to read.", by: "Abelson and Sussman" },
  { text: "Simplicity is prerequisite for reliability.", by: "Dijkstra" },
];

export function pick(): Quote {
  return quotes[Math.floor(Math.random() * quotes.length)];
}
