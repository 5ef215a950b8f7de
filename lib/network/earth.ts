/** Places on and above the Earth, in the frame that turns with it: x to 0° N 0° E, z to the north pole, km. */
export interface Position {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** What a station sees of a satellite. */
export interface Look {
  /** Degrees above the horizon; below it negative. */
  readonly elevationDeg: number;
  /** Degrees from north by east. */
  readonly azimuthDeg: number;
  readonly rangeKm: number;
}

export interface Ground {
  readonly position: Position;
  readonly up: Position;
  readonly east: Position;
  readonly north: Position;
}

const radians = Math.PI / 180;
/** WGS 84. */
const equatorKm = 6378.137;
const flattening = 1 / 298.257223563;
const squash = flattening * (2 - flattening);

/** A station at sea level, on the ellipsoid of WGS 84. @param lat @param lon degrees. */
export function groundAt(lat: number, lon: number): Ground {
  const [sinLat, cosLat] = [Math.sin(lat * radians), Math.cos(lat * radians)];
  const [sinLon, cosLon] = [Math.sin(lon * radians), Math.cos(lon * radians)];
  const n = equatorKm / Math.sqrt(1 - squash * sinLat * sinLat);
  return {
    position: { x: n * cosLat * cosLon, y: n * cosLat * sinLon, z: n * (1 - squash) * sinLat },
    up: { x: cosLat * cosLon, y: cosLat * sinLon, z: sinLat },
    east: { x: -sinLon, y: cosLon, z: 0 },
    north: { x: -sinLat * cosLon, y: -sinLat * sinLon, z: cosLat },
  };
}

/** Where a station sees what is at `target`. */
export function lookAt({ position, up, east, north }: Ground, target: Position): Look {
  const away = { x: target.x - position.x, y: target.y - position.y, z: target.z - position.z };
  const rangeKm = Math.hypot(away.x, away.y, away.z);
  const azimuth = Math.atan2(dot(away, east), dot(away, north)) / radians;
  return {
    elevationDeg: Math.asin(dot(away, up) / rangeKm) / radians,
    azimuthDeg: (azimuth + 360) % 360,
    rangeKm,
  };
}

/** Elevation of something infinitely far in a direction (a unit vector), degrees. */
export function elevationOf({ up }: Ground, direction: Position): number {
  return Math.asin(Math.max(-1, Math.min(1, dot(up, direction)))) / radians;
}

/** The place under a satellite, degrees, and its height over the ellipsoid, km. Good to metres for any orbit. */
export function placeUnder({ x, y, z }: Position): { lat: number; lon: number; altitudeKm: number } {
  const across = Math.hypot(x, y);
  let lat = Math.atan2(z, across * (1 - squash));
  let n = equatorKm;
  for (let round = 0; round < 5; round++) {
    n = equatorKm / Math.sqrt(1 - squash * Math.sin(lat) ** 2);
    lat = Math.atan2(z + squash * n * Math.sin(lat), across);
  }
  const surface = Math.hypot(n * Math.cos(lat), n * (1 - squash) * Math.sin(lat));
  return {
    lat: lat / radians,
    lon: Math.atan2(y, x) / radians,
    altitudeKm: Math.hypot(across, z) - surface,
  };
}

function dot(a: Position, b: Position): number {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
