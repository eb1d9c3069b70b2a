using MobiZO.Checkpoints;

namespace MobiZO.Adapters;

/// <summary>A layout of adapter files on disk. A format is one class in the list of <see cref="AdapterFiles"/>.</summary>
internal interface IAdapterFormat
{
    /// <summary>What the format looks like on disk, for messages.</summary>
    string Description { get; }

    /// <summary>Whether what lies at a path looks like this format; the files may still be damaged.</summary>
    bool CanRead(string path);

    /// <summary>Reads an adapter.</summary>
    /// <exception cref="CheckpointException">A file is missing or damaged, or the adapter uses something not supported; the message names
    /// the key or tensor.</exception>
    LoraAdapter Read(string path);

    /// <summary>Writes an adapter; existing files are replaced, each whole or not at all.</summary>
    /// <exception cref="IOException">A file could not be written.</exception>
    /// <exception cref="ArgumentException">The adapter has no module, or a module of another rank.</exception>
    void Write(LoraAdapter adapter, string path);
}
