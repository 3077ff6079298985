/** The fault did not come about: what it was to meet never came. */
export class NotMade extends Error {}
