/** Under which names Nest finds what has no class of its own. */
export const KIT_CONFIG = Symbol('KIT_CONFIG')
export const MESSAGING = Symbol('MESSAGING')
export const POOL = Symbol('POOL')
