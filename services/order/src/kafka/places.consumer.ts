import { Controller } from '@nestjs/common'
import { LanePublished, LocationPublished } from '@waybill/contracts'
import { On, type Received } from '@waybill/messaging'
import { LearnPlaces } from '../use-cases/learn-places.js'

/** Where things come from and how they travel, as inventory and shipping publish it. */
@Controller()
export class PlacesConsumer {
  constructor(private readonly learnPlaces: LearnPlaces) {}

  @On(LocationPublished)
  locationPublished(batch: readonly Received<LocationPublished>[]): Promise<void> {
    return this.learnPlaces.locations(
      batch.map(({ cause, payload: { location, version, zone, ships, handlingDays, calendar } }) => ({
        cause,
        version,
        known: { location, zone, ships, handlingDays, calendar },
      })),
    )
  }

  @On(LanePublished)
  lanePublished(batch: readonly Received<LanePublished>[]): Promise<void> {
    return this.learnPlaces.lanes(
      batch.map(({ cause, payload: { location, country, version, services } }) => ({
        cause,
        version,
        known: { location, country, services: services.map(({ mode, transitDays, cutOff }) => ({ mode, transitDays, cutOff })) },
      })),
    )
  }
}
