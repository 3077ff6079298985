export { type InstallationAddresses, runningInstallation } from './installation/addresses.js'
export { type Installation, type InstallationOptions, startInstallation } from './installation/installation.js'
