import { Controller, Get, Header, Param, Res } from '@nestjs/common'
import { Problem, Public } from '@waybill/service-kit'
import type { FastifyReply } from 'fastify'
import { readFile } from 'node:fs/promises'

const types: Readonly<Record<string, string>> = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8' }
const FILES = ['floor.css', 'floor.js', 'picking.js', 'packing.js']

/** Files of the pages lie beside this one, and are copied by the build. */
const read = (file: string): Promise<Buffer> => readFile(new URL(`./pages/${file}`, import.meta.url))

/** The pages that pickers and packers work with, by keyboard and scanner. They ask nothing but our own API. */
@Controller()
@Public()
export class PagesController {
  @Get('picking')
  @Header('content-type', 'text/html; charset=utf-8')
  picking(): Promise<Buffer> {
    return read('picking.html')
  }

  @Get('packing')
  @Header('content-type', 'text/html; charset=utf-8')
  packing(): Promise<Buffer> {
    return read('packing.html')
  }

  @Get('pages/:file')
  async file(@Param('file') file: string, @Res() reply: FastifyReply): Promise<void> {
    const type = FILES.includes(file) ? types[file.slice(file.lastIndexOf('.') + 1)] : undefined
    if (type === undefined) throw new Problem('not-found')
    await reply.header('content-type', type).send(await read(file))
  }
}
