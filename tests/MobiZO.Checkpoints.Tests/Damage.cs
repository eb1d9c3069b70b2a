namespace MobiZO.Checkpoints.Tests;

/// <summary>
/// Deterministic damage to a file: truncations and changed bytes. A reader may accept the result or throw
/// <see cref="CheckpointException"/>, nothing else.
/// </summary>
internal static class Damage
{
    private static readonly byte[] s_values = [0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)'"', (byte)'9', (byte)'}'];

    /// <summary>Damages the first <paramref name="reach"/> bytes in about <paramref name="rounds"/> ways.</summary>
    public static void Each(byte[] whole, Action<byte[]> read, int reach = int.MaxValue, int rounds = 600)
    {
        reach = Math.Min(reach, whole.Length);
        int stride = Math.Max(1, reach * 2 / rounds);
        int turn = 0;
        for (int i = 0; i < reach; i += stride)
        {
            Try(whole[..i], read, $"cut after {i} bytes");
            byte[] changed = [.. whole];
            byte value = s_values[turn++ % s_values.Length];
            changed[i] = changed[i] == value ? (byte)(value ^ 0x20) : value;
            Try(changed, read, $"byte {i} is {changed[i]}");
        }
    }

    private static void Try(byte[] bytes, Action<byte[]> read, string what)
    {
        try
        {
            read(bytes);
        }
        catch (CheckpointException)
        {
            // A refusal is the wished outcome.
        }
        catch (Exception error)
        {
            Assert.Fail($"{what}: {error}");
        }
    }
}
