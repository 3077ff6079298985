import { Controller, Get, Header } from '@nestjs/common'
import { Public } from '@waybill/service-kit'
import { readFileSync } from 'node:fs'

const asset = (name: string): string => readFileSync(new URL(`./board/${name}`, import.meta.url), 'utf8')
const page = asset('board.html')
const style = asset('board.css')
const script = asset('board.js')

/** The plain page that shows live orders moving. It carries no data: what it shows it asks for with the visitor's token. */
@Controller()
@Public()
export class BoardPageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  page(): string {
    return page
  }

  @Get('board.css')
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return style
  }

  @Get('board.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  script(): string {
    return script
  }
}
