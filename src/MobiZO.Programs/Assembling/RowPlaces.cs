using MobiZO.Checkpoints.Architecture;
using MobiZO.Programs.Building;

namespace MobiZO.Programs.Assembling;

/// <summary>Where the rows stand that layers are being added for.</summary>
/// <param name="Positions">[rows, S].</param>
/// <param name="Angles">For every kind of rotation cosines and sines [rows*S, pairs].</param>
internal sealed record RowPlaces(Value Positions, IReadOnlyDictionary<RotaryDescription, (Value Cosine, Value Sine)> Angles);
