import { h, refill, uid } from './dom.js';
import { renderElement } from './elements.js';
import { icon } from './icons.js';
import { richText } from './richtext.js';
import { textNodes } from './text.js';

/** The `table` block, and the `data_table` block that sorts, filters and pages. */

const PAGE = 5;

/** A static table. The first row is its head. */
export function table(block, surface) {
  const settings = block.column_settings ?? [];
  const row = (cells, n) => h('tr', {}, cells.map((cell, column) => h(n === 0 ? 'th' : 'td', { scope: n === 0 ? 'col' : null, ...cellProps(cell, settings[column]) }, cellNodes(cell, block, surface))));
  const [head, ...body] = block.rows ?? [];
  if (!head) return h('div', { class: 'muted' }, 'Empty table');
  return scroller('Table', h('table', { class: 'table' }, h('thead', {}, row(head, 0)), h('tbody', {}, body.map((cells, n) => row(cells, n + 1)))));
}

function cellProps(cell, setting) {
  const align = setting?.align ?? (cell?.type === 'raw_number' ? 'right' : 'left');
  return { class: `align-${align}${setting?.is_wrapped ? '' : ' nowrap'}` };
}

function cellNodes(cell, block, surface) {
  if (!cell) return null;
  if (cell.type === 'rich_text') return richText(cell, surface.directory);
  if (cell.type === 'raw_number') return cellText(cell);
  if (cell.type === 'raw_text') return cell.text;
  if (cell.type === 'action') return renderElement(cell.element ?? cell, block, surface);
  return textNodes(cell, surface.directory);
}

/** The words of a cell, for sorting and filtering. */
function cellText(cell) {
  if (!cell) return '';
  if (cell.type === 'rich_text') return flatten(cell).trim();
  if (cell.type === 'raw_number') return cell.text ?? Number(cell.value).toLocaleString();
  return cell.text?.text ?? cell.text ?? '';
}

const flatten = (node) => node.text ?? node.url ?? (node.elements ?? []).map(flatten).join(' ');

const scroller = (label, content) => h('div', { class: 'table-scroll', tabindex: '0', role: 'region', 'aria-label': label }, content);

/** A table with a caption whose columns sort on a click, with a filter and pages. */
export function dataTable(block, surface) {
  return new DataTable(block, surface).node;
}

class DataTable {
  constructor(block, surface) {
    Object.assign(this, { block, surface, sort: null, query: '', page: 0 });
    [this.head = [], ...this.rows] = block.rows ?? [];
    this.size = block.page_size ?? PAGE;
    this.body = h('tbody', {});
    this.headRow = h('tr', {});
    this.foot = h('div', { class: 'data-foot' });
    this.status = h('span', { class: 'muted', 'aria-live': 'polite' });
    const captionId = uid('caption');
    const grid = h('table', { class: 'table', 'aria-labelledby': captionId }, h('thead', {}, this.headRow), this.body);
    this.node = h('div', { class: 'data-table' },
      h('div', { class: 'data-head' }, h('div', { class: 'data-caption', id: captionId }, block.caption ?? 'Table'), this.rows.length > this.size && this.filterField()),
      scroller(block.caption ?? 'Table', grid), this.foot);
    this.draw();
  }

  filterField() {
    return h('input', {
      type: 'search',
      class: 'field data-filter',
      placeholder: 'Filter',
      'aria-label': `Filter ${this.block.caption ?? 'table'}`,
      onInput: (event) => {
        this.query = event.target.value.trim().toLowerCase();
        this.page = 0;
        this.draw();
      },
    });
  }

  /** Rows that match the filter, in the chosen order. */
  shown() {
    const rows = this.rows.filter((row) => !this.query || row.some((cell) => cellText(cell).toLowerCase().includes(this.query)));
    if (!this.sort) return rows;
    const { column, down } = this.sort;
    const sorted = [...rows].sort((a, b) => compare(a[column], b[column]));
    return down ? sorted.reverse() : sorted;
  }

  draw() {
    const rows = this.shown();
    const pages = Math.max(1, Math.ceil(rows.length / this.size));
    const from = this.page * this.size;
    const key = this.block.row_header_column_index ?? 0;
    refill(this.headRow, this.head.map((cell, column) => this.headCell(cell, column)));
    refill(this.body, rows.slice(from, from + this.size).map((row) => h('tr', {}, row.map((cell, column) => h(column === key ? 'th' : 'td', { scope: column === key ? 'row' : null, ...cellProps(cell, { is_wrapped: true }) }, cellNodes(cell, this.block, this.surface))))));
    this.status.textContent = rows.length ? `${from + 1}–${Math.min(from + this.size, rows.length)} of ${rows.length}` : 'No row matches';
    refill(this.foot, this.status, pages > 1 && [this.turn('left', 'Previous page', -1, this.page > 0), this.turn('right', 'Next page', 1, this.page < pages - 1)]);
  }

  headCell(cell, column) {
    const on = this.sort?.column === column;
    const press = () => {
      this.sort = on && this.sort.down ? null : { column, down: on };
      this.draw();
      this.headRow.children[column].querySelector('button').focus();
    };
    const order = on ? (this.sort.down ? 'descending' : 'ascending') : 'none';
    const align = this.rows[0]?.[column]?.type === 'raw_number' ? 'right' : 'left';
    const sign = on ? icon(this.sort.down ? 'down' : 'up', 13) : icon('sort', 13);
    return h('th', { scope: 'col', 'aria-sort': order, class: `align-${align}` }, h('button', { type: 'button', class: `sort-button${on ? ' on' : ''}`, onClick: press }, cellText(cell), sign));
  }

  turn(name, label, step, possible) {
    const press = () => {
      this.page += step;
      this.draw();
      this.foot.querySelector(`.turn-${name}:not([disabled])`)?.focus();
    };
    return h('button', { type: 'button', class: `icon-button small turn-${name}`, 'aria-label': label, disabled: !possible, onClick: press }, icon(name, 16));
  }
}

function compare(a, b) {
  if (a?.type === 'raw_number' && b?.type === 'raw_number') return Number(a.value) - Number(b.value);
  return cellText(a).localeCompare(cellText(b), undefined, { numeric: true, sensitivity: 'base' });
}
