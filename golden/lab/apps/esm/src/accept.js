export const accept = (req) => req.method === "POST";
