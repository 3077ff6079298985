import { Column, CreateDateColumn, Entity, ManyToOne, OneToMany, PrimaryColumn, PrimaryGeneratedColumn, type Relation } from 'typeorm'

/** What is still to be published: written with the change that it tells of. */
@Entity('outbox')
export class OutboxMessage {
  @PrimaryGeneratedColumn('increment')
  id!: number

  @Column('varchar')
  topic!: string

  @Column('varchar')
  key!: string

  @Column('jsonb')
  payload!: object

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date
}

/** Messages that were handled: one that comes again is dropped. */
@Entity('processed_messages')
export class ProcessedMessage {
  @PrimaryColumn('uuid')
  id!: string
}

@Entity('products')
export class Product {
  @PrimaryColumn('varchar')
  sku!: string

  @Column('int')
  priceMinor!: number
}

@Entity('orders')
export class Order {
  @PrimaryColumn('uuid')
  id!: string

  @Column('varchar', { unique: true })
  reference!: string

  @Column('varchar')
  status!: 'PLACED' | 'CONFIRMED' | 'REJECTED'

  @Column('jsonb')
  customer!: object

  @Column('jsonb')
  deliveryAddress!: object

  @Column('int')
  totalMinor!: number

  @Column('varchar')
  paymentToken!: string

  @OneToMany(() => OrderLine, (line) => line.order, { cascade: true })
  lines!: OrderLine[]
}

@Entity('order_lines')
export class OrderLine {
  @PrimaryGeneratedColumn('uuid')
  id!: string

  @ManyToOne(() => Order, (order) => order.lines)
  order!: Relation<Order>

  @Column('varchar')
  sku!: string

  @Column('int')
  quantity!: number

  @Column('int')
  unitPriceMinor!: number
}

@Entity('stock')
export class Stock {
  @PrimaryColumn('varchar')
  sku!: string

  @Column('int')
  onHand!: number

  @Column('int')
  reserved!: number
}

@Entity('reservations')
export class Reservation {
  @PrimaryGeneratedColumn('uuid')
  id!: string

  @Column('uuid')
  orderId!: string

  @Column('varchar')
  sku!: string

  @Column('int')
  quantity!: number
}

@Entity('payments')
export class Payment {
  @PrimaryColumn('uuid')
  orderId!: string

  @Column('varchar')
  authorization!: string

  @Column('int')
  amountMinor!: number
}
