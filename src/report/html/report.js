'use strict';

// The rows of a table stand in a <noscript>, one a line, as they are shown where scripts are off.
// Here they stay text: only the rows in view become elements, so that a long table opens at once.

(() => {
  const ROWS_A_PAGE = 100;
  const ENTITIES = {'&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'"};
  const collator = new Intl.Collator('en', {numeric: true});
  const number = (value) => value.toLocaleString('en');

  function textOf(markup) {
    return markup.replace(/<[^>]*>/g, '').replace(/&(?:amp|lt|gt|quot|#39);/g, (x) => ENTITIES[x]);
  }

  /** The text of a cell of a row that is still markup. */
  function cellText(row, column) {
    let start = 0;
    for (let i = 0; i <= column; ++i) start = row.indexOf('<td', start) + 3;
    return textOf(row.slice(row.indexOf('>', start) + 1, row.indexOf('</td>', start)));
  }

  /** Rows of markup as a table body. They are ours and escaped; the parser runs no script. */
  function bodyOf(rows) {
    const markup = '<table><tbody>' + rows.join('') + '</tbody></table>';
    const parsed = new DOMParser().parseFromString(markup, 'text/html');
    return document.importNode(parsed.querySelector('tbody'), true);
  }

  const TESTS = {
    contains: (wanted) => {
      const lower = wanted.toLowerCase();
      return (texts) => texts.some((text) => text.toLowerCase().includes(lower));
    },
    equals: (wanted) => (texts) => texts.includes(wanted),
    least: (wanted) => (texts) => texts[0] !== '' && Number(texts[0]) >= Number(wanted),
    most: (wanted) => (texts) => texts[0] !== '' && Number(texts[0]) <= Number(wanted),
  };

  class RowTable {
    constructor(root) {
      this.root = root;
      this.live = root.querySelector('.live');
      this.table = this.live.querySelector('table');
      this.headers = [...this.table.tHead.rows[0].cells];
      this.rows = root.querySelector('noscript').textContent.split('\n')
          .filter((line) => line.startsWith('<tr><td'));
      this.texts = new Map();
      this.shown = this.rows.map((_, i) => i);
      this.start = 0;
      this.filters = [...this.live.querySelectorAll('[data-filter]')];
      this.sorting = null;
      this.fillChoices();
      this.listen();
      this.render();
      this.live.hidden = false;
    }

    columnOf(name) {
      return this.headers.findIndex((header) => header.classList.contains(name));
    }

    /** The texts of a column, by row; kept, since they are asked for again. */
    textsOf(column) {
      if (!this.texts.has(column))
        this.texts.set(column, this.rows.map((row) => cellText(row, column)));
      return this.texts.get(column);
    }

    fillChoices() {
      for (const select of this.live.querySelectorAll('select[data-filter]')) {
        const texts = this.textsOf(this.columnOf(select.dataset.columns));
        const values = [...new Set(texts)].filter((text) => text !== '').sort(collator.compare);
        select.append(...values.map((value) => new Option(value, value)));
      }
    }

    listen() {
      this.headers.forEach((header, column) => {
        header.querySelector('button')?.addEventListener('click', () => this.sortBy(column));
      });
      for (const button of this.live.querySelectorAll('[data-turn]'))
        button.addEventListener('click', () => this.turn(button.dataset.turn));
      for (const filter of this.filters) filter.addEventListener('input', () => this.update());
      this.live.querySelector('[data-filter-reset]')?.addEventListener('click', () => {
        for (const filter of this.filters) filter.value = '';
        this.update();
      });
    }

    sortBy(column) {
      const ascending = !(this.sorting?.column === column && this.sorting.ascending);
      this.sorting = {column, ascending};
      this.headers.forEach((header, i) => {
        if (i === column) header.ariaSort = ascending ? 'ascending' : 'descending';
        else header.removeAttribute('aria-sort');
      });
      this.update();
    }

    /** Filters and sorts anew, and goes to the first rows. */
    update() {
      const active = this.filters.filter((filter) => filter.value !== '').map((filter) => ({
        passes: TESTS[filter.dataset.filter](filter.value),
        columns: filter.dataset.columns.split(' ').map((name) => this.textsOf(this.columnOf(name))),
      }));
      this.shown = this.rows.map((_, i) => i).filter((i) => active.every(
          ({passes, columns}) => passes(columns.map((texts) => texts[i]))));
      if (this.sorting) this.sort();
      this.start = 0;
      this.render();
    }

    /** Empty cells last, whichever the direction; equal ones in the order of the scan. */
    sort() {
      const {column, ascending} = this.sorting;
      const texts = this.textsOf(column);
      const isNumber = this.headers[column].dataset.kind === 'number';
      const keys = isNumber ? texts.map((text) => (text === '' ? null : Number(text))) : texts;
      const compare = isNumber ? (a, b) => a - b : collator.compare;
      const isEmpty = (key) => key === null || key === '';
      this.shown.sort((a, b) => {
        if (isEmpty(keys[a]) || isEmpty(keys[b])) return isEmpty(keys[a]) - isEmpty(keys[b]);
        return ascending ? compare(keys[a], keys[b]) : compare(keys[b], keys[a]);
      });
    }

    turn(where) {
      const last = Math.max(0, Math.ceil(this.shown.length / ROWS_A_PAGE) - 1) * ROWS_A_PAGE;
      const places = {first: 0, previous: this.start - ROWS_A_PAGE, next: this.start + ROWS_A_PAGE, last};
      this.start = Math.min(last, Math.max(0, places[where]));
      this.render();
    }

    render() {
      this.show(this.start, Math.min(this.shown.length, this.start + ROWS_A_PAGE));
    }

    show(first, end) {
      const body = bodyOf(this.shown.slice(first, end).map((i) => this.rows[i]));
      for (const image of body.querySelectorAll('img')) hidePicture(image);
      this.table.tBodies[0].replaceWith(body);
      const atStart = first === 0, atEnd = end === this.shown.length;
      for (const button of this.live.querySelectorAll('[data-turn]'))
        button.disabled = ['first', 'previous'].includes(button.dataset.turn) ? atStart : atEnd;
      this.live.querySelector('.turn').hidden = this.shown.length <= ROWS_A_PAGE;
      this.live.querySelector('.status').textContent = this.status(first, end);
    }

    status(first, end) {
      const all = number(this.rows.length), some = number(this.shown.length);
      const of = this.shown.length === this.rows.length
        ? all : `${some} that pass the filter, of ${all} in all`;
      let text = this.shown.length === 0 ? `No row passes the filter, of ${all} in all`
        : end - first === this.shown.length ? (of !== all ? `Rows: ${of}` : all === '1' ? '1 row' : `All ${all} rows`)
        : `Rows ${number(first + 1)} to ${number(end)} of ${of}`;
      const filters = this.filters.filter((filter) => filter.value !== '')
          .map((filter) => `${filter.labels[0].textContent}: “${filter.value}”`);
      if (filters.length > 0) text += `. Filter: ${filters.join('; ')}`;
      if (this.sorting) {
        const {column, ascending} = this.sorting;
        text += `. Sorted by ${this.headers[column].textContent}, ` +
          (ascending ? 'ascending' : 'descending');
      }
      return text + '.';
    }

    /** All rows that pass the filter, for paper. */
    showAll() {
      this.show(0, this.shown.length);
    }
  }

  /** A picture becomes a button; whoever presses it is asked first. */
  function hidePicture(image) {
    const place = image.closest('tr').cells[0].textContent;
    const button = document.createElement('button');
    button.type = 'button';
    const name = (shown) => {
      button.ariaPressed = String(shown);
      button.ariaLabel = `Show the picture of match ${place}`;
    };
    name(false);
    image.replaceWith(button);
    button.append(image);
    button.addEventListener('click', async () => {
      name(button.ariaPressed === 'true' ? false : await isConfirmed());
    });
  }

  /** Whether the reader wants to see it; Escape and anything else is a no. */
  function isConfirmed() {
    const dialog = document.getElementById('confirm');
    return new Promise((resolve) => {
      dialog.returnValue = 'hide';
      dialog.addEventListener('close', () => resolve(dialog.returnValue === 'show'), {once: true});
      dialog.showModal();
    });
  }

  for (const button of document.querySelectorAll('#confirm [data-answer]'))
    button.addEventListener('click', () => button.closest('dialog').close(button.dataset.answer));

  const tables = [...document.querySelectorAll('.rows')].map((root) => new RowTable(root));
  window.addEventListener('beforeprint', () => tables.forEach((table) => table.showAll()));
  window.addEventListener('afterprint', () => tables.forEach((table) => table.render()));
})();
