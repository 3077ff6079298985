import Type from 'typebox'

/** An id of ours: uuid, lower case. */
export const Uuid = Type.String({ pattern: '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' })
/** The forms of moments and days, for readers that also ask whether the calendar has them. */
export const datePatterns = { instant: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,6})?Z$', day: '^\\d{4}-\\d{2}-\\d{2}$' } as const
/** A moment, UTC. */
export const Instant = Type.String({ pattern: datePatterns.instant })
/** A day in the zone of the location that acts. */
export const BusinessDate = Type.String({ pattern: datePatterns.day })
export const NullableDate = Type.Union([BusinessDate, Type.Null()])
/** A product's number, a location's, a channel's, a lot's, a bin's: the company's own codes. */
export const Code = Type.String({ minLength: 1, maxLength: 64 })
export const NullableCode = Type.Union([Code, Type.Null()])
/** A channel's own number of the order, unique within the channel. */
export const Reference = Type.String({ minLength: 1, maxLength: 64 })
/** Words for people, without personal data. */
export const Words = Type.String({ maxLength: 500 })
/** Pieces. */
export const Units = Type.Integer({ minimum: 1, maximum: 1_000_000 })
export const UnitsOrNone = Type.Integer({ minimum: 0, maximum: 1_000_000_000 })
/** Minor units of the message's currency. */
export const Minor = Type.Integer({ minimum: 0, maximum: 9_000_000_000_000_000 })
/** ISO 4217. */
export const Currency = Type.String({ pattern: '^[A-Z]{3}$' })
/** ISO 3166-1 alpha-2. */
export const Country = Type.String({ pattern: '^[A-Z]{2}$' })
/** Number of an ordered line within its order, from 1. */
export const Line = Type.Integer({ minimum: 1, maximum: 500 })
/** A stocked line within its order: `<ordered line>.<component>`. */
export const StockedLine = Type.String({ pattern: '^\\d{1,3}\\.\\d{1,3}$' })
/** Runs of unit numbers of one ordered line, both ends included. */
export const UnitRanges = Type.Array(Type.Object({ from: Type.Integer({ minimum: 1 }), to: Type.Integer({ minimum: 1 }) }))
export const Mode = Type.Union([Type.Literal('road'), Type.Literal('air'), Type.Literal('water'), Type.Literal('rail')])
export const Preference = Type.Union([Type.Literal('economy'), Type.Literal('standard'), Type.Literal('express'), Type.Literal('green')])
/** What a product needs on its way through the house. A product may have several. */
export const Handling = Type.Union([
  Type.Literal('standard'), Type.Literal('fragile'), Type.Literal('liquid'), Type.Literal('chilled'),
  Type.Literal('frozen'), Type.Literal('dangerous'), Type.Literal('high-value'),
])
/** An 18-digit serial shipping container code. */
export const Sscc = Type.String({ pattern: '^\\d{18}$' })
/** First and last day of a promise; both null: the date is not known yet. */
export const Window = Type.Object({ from: NullableDate, to: NullableDate })
/** Days on the way: half, 90 % and 95 % of shipments are there by then. */
export const TransitDays = Type.Object({
  p50: Type.Integer({ minimum: 0, maximum: 365 }),
  p90: Type.Integer({ minimum: 0, maximum: 365 }),
  p95: Type.Integer({ minimum: 0, maximum: 365 }),
})
/** Units of one stocked line granted at one location. */
export const GrantedLine = Type.Object({ line: Line, stockedLine: StockedLine, product: Code, units: Units, location: Code, grant: Type.Integer({ minimum: 1 }) })
/** Which numbered units of which ordered lines. */
export const LineUnits = Type.Object({ line: Line, unitNumbers: UnitRanges })
/** The stock of one product at one location after the fact. */
export const Balance = Type.Object({ onHand: UnitsOrNone, blocked: UnitsOrNone, reserved: UnitsOrNone })
