using System.Buffers.Binary;

namespace MobiZO.ExecuTorch.Runtime;

/// <summary>
/// Sees that a file is a whole program before the runtime maps it. Releases of the runtime have no check of their own compiled in, and
/// follow a broken offset into the void.
/// </summary>
internal static class ProgramFileCheck
{
    private const int HeadLength = 40;

    /// <summary>Checks the lengths in the head of the file, every offset of its program, and what its numbers name.</summary>
    /// <exception cref="ExecuTorchException">The message names the file and what is broken.</exception>
    public static void Check(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var (length, data) = LengthsOf(file);
            var program = new byte[length];
            file.Position = 0;
            file.ReadExactly(program);
            new FlatVerifier(program).Verify(ProgramSchema.Program);
            ProgramRules.Check(program, data);
        }
        catch (InvalidDataException exception)
        {
            throw new ExecuTorchException(
                $"ExecuTorch program {path} is broken: {exception.Message}. Expected a whole .pte file. Write it again.",
                exception
            );
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ExecuTorchException($"ExecuTorch program {path} cannot be read: {exception.Message}", exception);
        }
    }

    private static (int Program, long Data) LengthsOf(FileStream file)
    {
        var head = new byte[HeadLength];
        var read = file.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        if (read < HeadLength || !head.AsSpan(4).StartsWith("ET12"u8))
        {
            throw new InvalidDataException($"it does not begin as one (its {file.Length} bytes have no mark ET12)");
        }

        // Without the longer head all data lies within the program.
        if (!head.AsSpan(8).StartsWith("eh00"u8))
        {
            return (checked((int)Math.Min(file.Length, Array.MaxLength)), 0);
        }

        var program = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(16));
        var segments = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(24));
        var segmentBytes =
            BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(12)) >= 32 ? BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(32)) : 0;
        var length = (ulong)file.Length;
        if (program > Math.Min(length, (ulong)Array.MaxLength) || segments > length || segmentBytes > length - segments)
        {
            throw new InvalidDataException(
                $"its head speaks of a program of {program} bytes and of {segmentBytes} bytes of data from byte {segments} on, and the file "
                    + $"has {length} bytes"
            );
        }

        return ((int)program, (long)(length - segments));
    }
}
