// A virtual list: rows of equal height, of which only the visible ones exist. It follows the newest
// row or keeps its position.
import { Component, h } from "../vendor/preact.js";
import { classes } from "./ui.js";

const SPARE = 8;

export class List extends Component {
  constructor(props) {
    super(props);
    this.state = { top: 0, room: 600 };
    this.onScroll = this.onScroll.bind(this);
    this.follows = props.follow !== false;
    this.first = null;
  }

  componentDidMount() {
    if (this.props.handle) this.props.handle.current = this;
    this.watch = new ResizeObserver(() => {
      this.setState({ room: this.box.clientHeight });
      this.settle();
    });
    this.watch.observe(this.box);
    this.settle();
  }

  componentWillUnmount() {
    this.watch.disconnect();
  }

  getSnapshotBeforeUpdate(before) {
    // Rows inserted above must not move the visible ones.
    const { rows, keyOf } = this.props,
      first = before.rows[0];
    if (!first || !rows.length || keyOf(rows[0]) === keyOf(first)) return 0;
    return Math.max(
      0,
      rows.slice(0, 1000).findIndex((row) => keyOf(row) === keyOf(first)),
    );
  }

  componentDidUpdate(before, _, above) {
    if (before.height !== this.props.height && !this.follows)
      this.box.scrollTop = (this.state.top / before.height) * this.props.height;
    else if (above && !this.follows) this.box.scrollTop += above * this.props.height;
    if (this.props.rows !== before.rows || before.height !== this.props.height) this.settle();
    // Last: the selected row stays visible, also if a fold above it was opened.
    if (before.selected !== this.props.selected && this.props.selected != null)
      this.show(this.props.selected);
  }

  settle() {
    if (this.follows && this.props.follow !== false) this.box.scrollTop = this.box.scrollHeight;
  }

  onScroll() {
    const { scrollTop, clientHeight, scrollHeight } = this.box;
    const follows = scrollHeight - scrollTop - clientHeight < this.props.height / 2;
    if (follows !== this.follows) {
      this.follows = follows;
      this.props.onFollow?.(follows);
    }
    if (scrollTop < this.props.height * 4) this.props.onTop?.();
    this.setState({ top: scrollTop, room: clientHeight });
  }

  /** Scroll a row into view, as little as possible. */
  show(key) {
    const at = this.props.rows.findIndex((row) => this.props.keyOf(row) === key);
    if (at < 0) return;
    const top = at * this.props.height,
      { scrollTop, clientHeight } = this.box;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (top + this.props.height > scrollTop + clientHeight)
      this.box.scrollTop = top + this.props.height - clientHeight;
  }

  toEnd() {
    this.follows = true;
    this.props.onFollow?.(true);
    this.settle();
    this.setState({ top: this.box.scrollTop });
  }

  render(
    { rows, height, row, keyOf, selected, label, onPick, onOpen, picked, isPicked, onTick },
    { top, room },
  ) {
    const from = Math.max(0, Math.floor(top / height) - SPARE);
    const to = Math.min(rows.length, Math.ceil((top + room) / height) + SPARE);
    const shown = [];
    for (let at = from; at < to; at += 1) {
      const each = rows[at],
        key = keyOf(each),
        isSelected = key === selected,
        isTicked = isPicked?.(each) ?? isSelected;
      shown.push(
        h(
          "div",
          {
            key,
            id: `row-${key}`,
            role: "option",
            class: classes("row", isSelected && "is-selected", onTick && isTicked && "is-picked"),
            "aria-selected": isTicked,
            "aria-setsize": rows.length,
            "aria-posinset": at + 1,
            style: { top: `${at * height}px`, height: `${height}px` },
            onClick: (event) => onPick?.(each, event),
            onDblClick: () => onOpen?.(each),
          },
          onTick
            ? h("span", {
                class: "tick",
                "aria-hidden": "true",
                onClick: (event) => {
                  event.stopPropagation();
                  onTick(each, event);
                },
              })
            : null,
          h(Kept, { row, each, mark: row.mark?.(each), isSelected, height }),
        ),
      );
    }
    return h(
      "div",
      {
        class: picked?.size ? "list has-picks" : "list",
        role: "listbox",
        tabindex: 0,
        "aria-multiselectable": onTick ? "true" : null,
        "aria-label": label,
        "aria-activedescendant":
          selected != null && rows.some((each) => keyOf(each) === selected)
            ? `row-${selected}`
            : null,
        onScroll: this.onScroll,
        ref: (box) => {
          this.box = box ?? this.box;
        },
      },
      h(
        "div",
        { class: "list-all", role: "presentation", style: { height: `${rows.length * height}px` } },
        shown,
      ),
    );
  }
}

/** A row that is drawn again only if what it shows has changed. */
class Kept extends Component {
  shouldComponentUpdate(next) {
    const now = this.props;
    return (
      next.each !== now.each ||
      next.mark !== now.mark ||
      next.height !== now.height ||
      next.isSelected !== now.isSelected
    );
  }
  render({ row, each }) {
    return row(each);
  }
}
