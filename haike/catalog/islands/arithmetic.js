// The sums of a document with lines: the same as haike/catalog/lines/arithmetic.py, where all is explained. Whole
// numbers only (BigInt); a test runs both on random cases. Numbers come and go as decimal text.

const FOUR = 10000n;
const HUNDRED = 10000n;

/** Decimal text as a whole number of 10^-places; further places are cut off. */
export function whole(text, places) {
  const [, sign, head, tail = ""] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(String(text).trim()) || [null, "", "0"];
  const number = BigInt((head || "0") + tail.slice(0, places).padEnd(places, "0"));
  return sign ? -number : number;
}

/** The other way. */
export function decimal(number, places) {
  if (!places) return String(number);
  const digits = String(number).padStart(places + 1, "0");
  return `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

const ten = (places) => 10n ** BigInt(places);
const halfUp = (numerator, denominator) => (2n * numerator + denominator) / (2n * denominator);
const sum = (numbers) => numbers.reduce((one, other) => one + other, 0n);
const order = (one, other) => (one < other ? 1 : one > other ? -1 : 0);

/** Parts of a total in proportion to the weights, the rest to the largest remainders; null when nothing weighs. */
export function spread(total, weights) {
  const all = sum(weights);
  if (!all) return total ? null : weights.map(() => 0n);
  const parts = weights.map((weight) => (total * weight) / all);
  const rest = Number(total - sum(parts));
  if (rest) {
    weights
      .map((weight, place) => ({ weight, place, left: (total * weight) % all }))
      .sort((a, b) => order(a.left, b.left) || order(a.weight, b.weight) || a.place - b.place)
      .slice(0, rest)
      .forEach(({ place }) => (parts[place] += 1n));
  }
  return parts;
}

/** Fractions rounded so that their sum is the rounded sum. */
export function together(numerators, denominator) {
  const parts = numerators.map((numerator) => numerator / denominator);
  const rest = Number(halfUp(sum(numerators), denominator) - sum(parts));
  if (rest) {
    numerators
      .map((numerator, place) => ({ numerator, place, left: numerator % denominator }))
      .sort((a, b) => order(a.left, b.left) || order(a.numerator, b.numerator) || a.place - b.place)
      .slice(0, rest)
      .forEach(({ place }) => (parts[place] += 1n));
  }
  return parts;
}

/** The line with everything that follows from what is fixed. */
export function settled(line, rule) {
  const { places, price_places: priced } = rule;
  if (line.gift) return { ...line, price: decimal(0n, priced), amount: decimal(0n, places) };
  const quantity = whole(line.quantity, 4);
  const listed = whole(line.list_price, 4);
  const step = ten(4 - priced);
  let price, discount, amount;
  if (line.fixed === "amount") {
    amount = whole(line.amount, places);
    price = quantity ? halfUp(amount * FOUR * FOUR, quantity * ten(places) * step) * step : 0n;
    const over = quantity * listed * ten(places);
    discount = over ? halfUp(amount * FOUR * 100n * FOUR * FOUR, over) : 100n * FOUR;
  } else {
    if (line.fixed === "discount" && listed) {
      discount = whole(line.discount, 4);
      price = halfUp(listed * discount, 100n * FOUR * step) * step;
    } else {
      price = halfUp(whole(line.price, 4), step) * step;
      discount = listed ? halfUp(price * 100n * FOUR, listed) : 100n * FOUR;
    }
    amount = halfUp(quantity * price * ten(places), FOUR * FOUR);
  }
  return { ...line, price: decimal(price / step, priced), discount: decimal(discount, 4), amount: decimal(amount, places) };
}

/** The line after somebody has typed one of its numbers. */
export function turned(line, name, value, rule) {
  if (["discount", "price", "amount"].includes(name)) {
    const from = name === "discount" && !whole(line.list_price, 4) ? { ...line, list_price: line.price } : line;
    return settled({ ...from, [name]: value, fixed: name }, rule);
  }
  if (name === "list_price") return settled({ ...line, list_price: value, fixed: whole(value, 4) ? "discount" : "price" }, rule);
  return settled({ ...line, [name]: value, fixed: line.fixed === "amount" ? "price" : line.fixed }, rule);
}

function exact(line, rule) {
  if (line.gift) return 0n;
  if (line.fixed === "amount") return whole(line.amount, rule.places) * FOUR * FOUR;
  return whole(line.quantity, 4) * whole(line.price, 4) * ten(rule.places);
}

function rounded(numerator, denominator, rule) {
  const to = rule.total === "cent" ? 1n : ten(rule.total === "tenth" ? Math.max(rule.places - 1, 0) : rule.places);
  return rule.total === "drop" ? (numerator / (denominator * to)) * to : halfUp(numerator, denominator * to) * to;
}

function taxes(parts, rates, per) {
  if (per === "line") return parts.map((part, i) => halfUp(part * rates[i], HUNDRED + rates[i]));
  const found = parts.map(() => 0n);
  for (const rate of new Set(rates.filter(Boolean))) {
    const places = rates.flatMap((each, i) => (each === rate ? [i] : []));
    together(places.map((i) => parts[i] * rate), HUNDRED + rate).forEach((tax, i) => (found[places[i]] = tax));
  }
  return found;
}

/** The sums of settled lines; null when a total by hand has nothing to lie on. */
export function reckoned(lines, rule, discount = "100", byHand = null) {
  const { places } = rule;
  const rates = lines.map((line) => whole(line.tax_rate, 2));
  let amounts, parts;
  if (rule.per === "document") {
    const exacts = lines.map((line) => exact(line, rule));
    const gross = exacts.map((each, i) => each * (rule.taxed ? HUNDRED : HUNDRED + rates[i]));
    amounts = together(exacts, FOUR * FOUR);
    parts = together(gross, FOUR * FOUR * HUNDRED);
  } else {
    amounts = lines.map((line) => whole(line.amount, places));
    parts = amounts.map((amount, i) => amount + (rule.taxed ? 0n : halfUp(amount * rates[i], HUNDRED)));
  }
  const before = sum(parts);
  const total = byHand === null ? rounded(before * whole(discount, 4), 100n * FOUR, rule) : whole(byHand, places);
  if (total !== before) parts = spread(total, parts);
  if (parts === null) return null;
  const inside = taxes(parts, rates, rule.per);
  const tax = sum(inside);
  const text = (number) => decimal(number, places);
  return {
    shares: lines.map((_, i) => ({ amount: text(amounts[i]), total: text(parts[i]), net: text(parts[i] - inside[i]), tax: text(inside[i]) })),
    before: text(before),
    total: text(total),
    net: text(total - tax),
    tax: text(tax),
    discount: byHand === null ? discount : before ? decimal(halfUp(total * 100n * FOUR, before), 4) : "100",
  };
}
