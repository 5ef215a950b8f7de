"use client";

import { useEffect, useState } from "react";
import { io } from "socket.io-client";
import type { WiretapFrame } from "@/lib/protocol/relay-events.ts";
import { readWireFrame, type WireFrame } from "@/lib/scenarios/wire-frame.ts";

const kept = 80;

export interface Wiretap {
  readonly connected: boolean;
  /** Newest first. */
  readonly frames: readonly WireFrame[];
}

/** What the relay stores, as somebody who records it would see it. Demonstration posts only. */
export function useWiretap(): Wiretap {
  const [connected, setConnected] = useState(false);
  const [frames, setFrames] = useState<readonly WireFrame[]>([]);
  useEffect(() => {
    const socket = io("/wiretap", { transports: ["websocket"], withCredentials: true });
    let count = 0;
    socket.on("connect", () => setConnected(true));
    socket.on("disconnect", () => setConnected(false));
    socket.on("frame", (frame: WiretapFrame) => {
      const read = readWireFrame(frame, `${++count}`);
      setFrames((before) => [read, ...before].slice(0, kept));
    });
    return () => {
      socket.disconnect();
    };
  }, []);
  return { connected, frames };
}
