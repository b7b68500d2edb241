/* Search when the site is read from disk, where a browser opens no worker but one made from a blob: the search's
   worker runs in a hidden frame instead. The idea is that of github.com/squidfunk/iframe-worker. Here the frame's
   functions are set from outside, as a script written into the frame would have no place in the page's policy. */
"use strict";
(() => {
  const FromBlob = window.Worker;

  class FrameWorker extends EventTarget {
    constructor(address) {
      super();
      const frame = document.body.appendChild(Object.assign(document.createElement("iframe"), {hidden: true}));
      this.window = frame.contentWindow;
      this.window.document.open();
      this.window.document.close();
      this.window.postMessage = data => this.dispatchEvent(new MessageEvent("message", {data}));
      this.ready = new Promise(done => {
        const script = this.window.document.createElement("script");
        this.window.document.body.append(Object.assign(script, {src: address, onload: done}));
      });
    }

    postMessage(data) {
      this.ready.then(() => this.window.dispatchEvent(new this.window.MessageEvent("message", {data})));
    }
  }

  window.Worker = class {
    constructor(address) {
      return String(address).startsWith("blob:") ? new FromBlob(address) : new FrameWorker(address);
    }
  };
})();
