const { Router } = require("express");

const orders = new Map();
const router = Router();
router.get("/", (req, res) => res.json([...orders.values()]));
router.post("/", (req, res) => {
  const order = { id: orders.size + 1, items: req.body.items || [] };
  orders.set(order.id, order);
  res.status(201).json(order);
});
module.exports = router;
