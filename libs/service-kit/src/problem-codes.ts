/** What a code of a refused request means for HTTP and for the caller. */
export interface ProblemKind {
  readonly status: number
  readonly title: string
  /** The same request can succeed later. */
  readonly retryable?: true
}

/** Every stable code with its status: the one place where refusals become status numbers. Append yours in your service's section, sorted. */
export const problemCodes = {
  // service-kit: bodies
  'body-required': { status: 400, title: 'The request needs a body' },
  'body-too-large': { status: 413, title: 'The body is larger than this route takes' },
  'duplicate-json-key': { status: 400, title: 'An object names the same key twice' },
  'forbidden-key': { status: 400, title: 'This key is not allowed anywhere' },
  'invalid-encoding': { status: 400, title: 'The body is not valid UTF-8' },
  'json-too-deep': { status: 400, title: 'The JSON is nested too deeply' },
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'unsupported-media-type': { status: 415, title: 'This content type or encoding is not taken here' },
  // service-kit: fields
  'invalid-array': { status: 422, title: 'A field is no valid list' },
  'invalid-boolean': { status: 422, title: 'A field is neither true nor false' },
  'invalid-character': { status: 422, title: 'A text contains a character that is not allowed' },
  'invalid-date': { status: 422, title: 'A field is no valid date' },
  'invalid-number': { status: 422, title: 'A number is out of range or not of the expected form' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'invalid-text': { status: 422, title: 'A field is no valid text' },
  'invalid-value': { status: 422, title: 'A value does not fit its field' },
  'object-expected': { status: 422, title: 'An object is expected here' },
  'invalid-amount': { status: 422, title: 'An amount is no whole number of minor units in range' },
  'invalid-quantity': { status: 422, title: 'A quantity is no whole number from 1 to 1,000,000' },
  'lines-required': { status: 422, title: 'At least one line is required' },
  'too-many-lines': { status: 422, title: 'There are more lines than this takes' },
  'required': { status: 422, title: 'A required field is missing' },
  'too-long': { status: 422, title: 'A text is too long' },
  'too-many-items': { status: 422, title: 'A list is too long' },
  'unknown-property': { status: 422, title: 'This property is not known here' },
  // service-kit: queries
  'invalid-cursor': { status: 400, title: 'The cursor was not made by this list' },
  'invalid-filter': { status: 400, title: 'The filter is not valid' },
  'invalid-page': { status: 400, title: 'The page size is not valid' },
  'invalid-range': { status: 400, title: 'The range ends before it begins' },
  'invalid-sort': { status: 400, title: 'The list cannot be sorted this way' },
  'range-too-wide': { status: 400, title: 'The range is too wide' },
  // service-kit: requests
  'forbidden': { status: 403, title: 'This role may not do that' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key is not valid' },
  'idempotency-key-required': { status: 400, title: 'This request needs an Idempotency-Key' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another request' },
  'internal-error': { status: 500, title: 'Something went wrong on our side', retryable: true },
  'invalid-id': { status: 400, title: 'The id in the path is not valid' },
  'invalid-link': { status: 404, title: 'This link is not valid' },
  'invalid-signature': { status: 401, title: 'The signature is not valid' },
  'malformed-request': { status: 400, title: 'The request cannot be read' },
  'method-not-allowed': { status: 405, title: 'This path does not take this method' },
  'not-found': { status: 404, title: 'There is nothing here' },
  'precondition-failed': { status: 412, title: 'It has changed since you read it' },
  'precondition-required': { status: 428, title: 'This request needs an If-Match header' },
  'request-in-progress': { status: 409, title: 'The same request is being worked on', retryable: true },
  'request-timeout': { status: 408, title: 'The request did not arrive in time', retryable: true },
  'stale-timestamp': { status: 401, title: 'The timestamp is too far from now' },
  'task-already-done': { status: 409, title: 'The task has been closed already' },
  'too-many-requests': { status: 429, title: 'Too many requests', retryable: true },
  'unauthenticated': { status: 401, title: 'Say who you are' },
  // service-kit: load and failures
  'database-unavailable': { status: 503, title: 'The database does not answer', retryable: true },
  'overloaded': { status: 503, title: 'Too busy at the moment', retryable: true },
  'storage-full': { status: 503, title: 'There is no room to store this', retryable: true },
  // service-kit: operations
  'invalid-message': { status: 422, title: 'No such message may be published' },
  'not-parked': { status: 409, title: 'The message is not waiting here any more' },
  // order
  'already-paid': { status: 409, title: 'This order is paid' },
  'amount-mismatch': { status: 422, title: 'An amount does not agree with the others or with ours' },
  'delimiter': { status: 422, title: 'The file is not divided by comma, semicolon or tab' },
  'empty-file': { status: 422, title: 'The file holds no rows' },
  'file-too-large': { status: 413, title: 'The file is larger than an import takes' },
  'header-mismatch': { status: 422, title: 'The columns of the file are not those of an import' },
  'import-not-found': { status: 404, title: 'There is no such import' },
  'invalid-country': { status: 422, title: 'The country is not one of ISO 3166-1' },
  'invalid-currency': { status: 422, title: 'The currency is not one of ISO 4217, or not sold in here' },
  'invalid-email': { status: 422, title: 'The e-mail address is not valid' },
  'invalid-option': { status: 422, title: 'The product has no such option or choice' },
  'invalid-reference': { status: 422, title: 'The reference is not of the expected form' },
  'malformed-row': { status: 422, title: 'A row cannot be read' },
  'option-required': { status: 422, title: 'The product asks for a choice' },
  'order-already-exists': { status: 409, title: 'An order with this reference and other content exists' },
  'order-not-found': { status: 404, title: 'There is no such order' },
  'payment-in-progress': { status: 409, title: 'A payment is on its way', retryable: true },
  'payment-not-due': { status: 409, title: 'Nothing is to be paid now' },
  'payment-not-expected': { status: 422, title: 'Orders of this channel are paid elsewhere' },
  'payment-window-ended': { status: 409, title: 'The time to pay is over' },
  'price-missing': { status: 422, title: 'There is no price for this now' },
  'product-not-found': { status: 404, title: 'There is no such product' },
  'row-too-long': { status: 422, title: 'A row of the file is too long' },
  'rows-disagree': { status: 422, title: 'The rows of one order say different things about it' },
  'rows-not-together': { status: 422, title: 'The rows of one order do not stand together' },
  'unknown-channel': { status: 422, title: 'No such channel sells here' },
  'unknown-component': { status: 422, title: 'A component is no stocked product' },
  'unknown-product': { status: 422, title: 'No such product is sold here' },
  // inventory
  'location-not-found': { status: 404, title: 'There is no such location' },
  'lot-expired': { status: 409, title: 'The lot is past its expiry' },
  'lot-expiry-mismatch': { status: 422, title: 'The lot is known with another expiry' },
  'lot-required': { status: 422, title: 'Units of this product come in lots' },
  'not-enough-blocked': { status: 409, title: 'There are not so many blocked units' },
  'not-enough-on-hand': { status: 409, title: 'There are not so many units' },
  'supply-not-found': { status: 404, title: 'There is no such supply' },
  'unknown-location': { status: 422, title: 'There is no such location' },
  'unknown-supply': { status: 422, title: 'No such supply was announced' },
  // warehouse
  // shipping
  'currency-mismatch': { status: 422, title: 'All services of a lane are priced in one currency' },
  'details-erased': { status: 410, title: 'The personal details were erased' },
  'invalid-webhook-id': { status: 400, title: 'The webhook-id is not valid' },
  'label-not-ready': { status: 409, title: 'The label has not been bought yet', retryable: true },
  'too-many-services': { status: 422, title: 'A lane has too many services' },
  'transit-days-not-ascending': { status: 422, title: 'Transit days do not ascend from p50 to p95' },
  'webhook-id-reused': { status: 409, title: 'This webhook-id came with another body' },
  // after-sales
  'feedback-already-received': { status: 409, title: 'This question has been answered' },
  'feedback-closed': { status: 409, title: 'The time to answer is over' },
  'feedback-not-found': { status: 404, title: 'There is no such question' },
  'not-in-return': { status: 422, title: 'The return does not have these units' },
  'not-returnable': { status: 422, title: 'These units cannot be returned' },
  'order-not-known': { status: 404, title: 'No such order is known here yet' },
  'return-not-found': { status: 404, title: 'There is no such return' },
  'return-not-open': { status: 409, title: 'The return is past this step' },
  // notification
  // console
  'service-unreachable': { status: 502, title: 'The service behind this does not answer', retryable: true },
} as const satisfies Readonly<Record<string, ProblemKind>>

export type ProblemCode = keyof typeof problemCodes
