import { Kafka, logLevel } from 'kafkajs'
import { once } from 'node:events'
import { connect } from 'node:net'

const LEAVE_GROUP = 13

/** Has the members of a group leave it, as if their silence had lasted for the session time-out. */
export async function endMemberships(broker: string, group: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    const { groups } = await admin.describeGroups([group])
    for (const { memberId } of groups[0]?.members ?? []) await leave(broker, group, memberId)
  } finally {
    await admin.disconnect()
  }
}

/** LeaveGroup version 0 for another member: kafkajs lets a member leave only by itself. */
async function leave(broker: string, group: string, member: string): Promise<void> {
  const body = Buffer.concat([int16(LEAVE_GROUP), int16(0), int32(1), text('waybill-test'), text(group), text(member)])
  const [host = '', port] = broker.split(':')
  const socket = connect({ host, port: Number(port) })
  socket.write(Buffer.concat([int32(body.length), body]))
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  const error = answer.readInt16BE(8)
  if (error !== 0) throw new Error(`the broker refuses to let ${member} leave ${group}: error ${error}`)
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

const text = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])
