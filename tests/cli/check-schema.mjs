// node check-schema.mjs SCHEMA <JSON: prints what in the JSON is not as the schema says, and ends 1 if anything is.
// Knows the few keywords of JSON Schema (draft 2020-12) that specs/schema uses, and refuses a schema with another one.
import { readFileSync } from "node:fs";

const root = JSON.parse(readFileSync(process.argv[2], "utf8"));
const annotations = ["$schema", "$id", "$defs", "description"];

function typeOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

// Each keyword: (its value, the instance, where that is, the schema around it) -> problems.
const keywords = {
  $ref: (name, value, at) => check(root.$defs[name.replace(/^#\/\$defs\//, "")], value, at),
  anyOf: (schemas, value, at) => {
    const problems = schemas.map((schema) => check(schema, value, at));
    return problems.some((found) => found.length === 0) ? [] : problems.flat();
  },
  type: (type, value, at) => (typeOf(value) === type ? [] : [`${at}: is no ${type}`]),
  const: (constant, value, at) => (value === constant ? [] : [`${at}: is not ${constant}`]),
  enum: (values, value, at) => (values.includes(value) ? [] : [`${at}: is none of ${values}`]),
  pattern: (pattern, value, at) =>
    typeof value !== "string" || new RegExp(pattern, "u").test(value) ? [] : [`${at}: is not like ${pattern}`],
  minimum: (least, value, at) => (value >= least ? [] : [`${at}: is less than ${least}`]),
  items: (schema, value, at) => value.flatMap?.((item, i) => check(schema, item, `${at}/${i}`)) ?? [],
  propertyNames: (schema, value, at) => Object.keys(value).flatMap((name) => check(schema, name, `${at}/${name}`)),
  required: (names, value, at) =>
    names.filter((name) => !Object.hasOwn(value, name)).map((name) => `${at}/${name}: is missing`),
  properties: (schemas, value, at) =>
    Object.entries(schemas).flatMap(([name, schema]) =>
      Object.hasOwn(value, name) ? check(schema, value[name], `${at}/${name}`) : []),
  additionalProperties: (allowed, value, at, { properties = {} }) => {
    const extra = Object.keys(value).filter((name) => !Object.hasOwn(properties, name));
    if (allowed === false) return extra.map((name) => `${at}/${name}: is unknown`);
    return extra.flatMap((name) => check(allowed, value[name], `${at}/${name}`));
  },
};

function check(schema, value, at) {
  return Object.entries(schema).flatMap(([keyword, argument]) => {
    if (annotations.includes(keyword)) return [];
    if (!Object.hasOwn(keywords, keyword)) throw new Error(`unknown keyword ${keyword}`);
    return keywords[keyword](argument, value, at, schema);
  });
}

const problems = check(root, JSON.parse(readFileSync(0, "utf8")), "");
for (const problem of problems) console.log(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
