import { Kafka, logLevel, type Admin } from 'kafkajs'
import { once } from 'node:events'
import { connect } from 'node:net'

const LEAVE_GROUP = 13
/** It has gone by itself. */
const UNKNOWN_MEMBER = 25

/** Has the members of a group leave it, as if their silence had lasted for the session time-out. */
export async function endMemberships(broker: string, group: string): Promise<void> {
  const admin = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  try {
    // until nobody is left: a member may just be joining when it dies
    for (let members = await membersOf(admin, group); members.length > 0; members = await membersOf(admin, group)) {
      for (const member of members) await leave(broker, group, member)
    }
  } finally {
    await admin.disconnect()
  }
}

async function membersOf(admin: Admin, group: string): Promise<readonly string[]> {
  const { groups } = await admin.describeGroups([group])
  return (groups[0]?.members ?? []).map(({ memberId }) => memberId)
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
  if (error !== 0 && error !== UNKNOWN_MEMBER) throw new Error(`the broker refuses to let ${member} leave ${group}: error ${error}`)
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
