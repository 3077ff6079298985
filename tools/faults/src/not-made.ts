/** The fault did not come about: what it was to meet never came. */
export class NotMade extends Error {}

/** The fault came about, and something gave way that should not have. */
export class GaveWay extends Error {}
